/** A publicly reported case. States only what the named sources say. */
export interface Case {
  year: string;
  title: string;
  text: string;
  question: string;
  sources: { text: string; url?: string }[];
}

export const CASES: readonly Case[] = [
  {
    year: '2019',
    title: 'The chief on the telephone',
    text: 'The head of a British energy firm was called by a voice that he took for the chief executive of the German parent company, and sent 220,000 euros to an account in Hungary. The firm’s insurer said that software had imitated the voice.',
    question: 'Which question would have stopped it?',
    sources: [
      {
        text: 'Catherine Stupp, “Fraudsters Used AI to Mimic CEO’s Voice in Unusual Cybercrime Case”, The Wall Street Journal, 30 August 2019',
      },
    ],
  },
  {
    year: '2021',
    title: 'A dead cook reads his e-mail',
    text: 'For the documentary “Roadrunner” the director Morgan Neville had a model of Anthony Bourdain’s voice speak lines that Bourdain had written but, as far as is known, never said aloud. The film did not say so; viewers learnt it from interviews.',
    question: 'His own words, not his own voice: is that a quotation?',
    sources: [
      {
        text: 'Helen Rosner, “A Haunting New Documentary About Anthony Bourdain”, The New Yorker, 15 July 2021',
      },
    ],
  },
  {
    year: '2021',
    title: 'An actor gets his voice back',
    text: 'Val Kilmer lost his voice to the treatment of throat cancer. Together with him, and from old recordings of his, the company Sonantic made a model that speaks as he did.',
    question: 'What makes this one different from the others?',
    sources: [
      {
        text: '“AI gave Val Kilmer his voice back. But critics worry the technology could be misused.”, The Washington Post, 18 August 2021',
      },
    ],
  },
  {
    year: '2024',
    title: 'The president does not want you to vote',
    text: 'Two days before the primary election in New Hampshire thousands of telephones rang. A voice like Joe Biden’s told people to stay at home. The Federal Communications Commission then declared that calls with voices made by AI fall under the law on artificial voices, and fined the man behind them six million dollars.',
    question:
      'Who would have had to recognise it: the voter, the telephone company, the maker of the software?',
    sources: [
      {
        text: 'Federal Communications Commission, Declaratory Ruling FCC 24-17, 8 February 2024',
        url: 'https://docs.fcc.gov/public/attachments/FCC-24-17A1.pdf',
      },
      { text: 'Federal Communications Commission, forfeiture order against Steve Kramer, September 2024' },
    ],
  },
  {
    year: '2024',
    title: 'A video call full of colleagues',
    text: 'In Hong Kong an employee of the engineering firm Arup joined a video call with the financial director and colleagues, and paid out 200 million Hong Kong dollars. All the others in the call were imitations.',
    question: 'Seeing and hearing were not enough. What would have been?',
    sources: [
      {
        text: 'Heather Chen and Kathleen Magramo, “Finance worker pays out $25 million after video call with deepfake ‘chief financial officer’”, CNN, 4 February 2024',
      },
      {
        text: 'Kathleen Magramo, “British engineering giant Arup revealed as $25 million deepfake scam victim”, CNN, 17 May 2024',
      },
    ],
  },
  {
    year: '2024',
    title: 'A voice that sounds like somebody',
    text: 'OpenAI withdrew a voice called “Sky”. Scarlett Johansson had declined to lend hers, and said that it sounded eerily like her. OpenAI said that it was the natural voice of another actress, engaged before.',
    question: 'Does somebody own how they sound, or only their recordings?',
    sources: [
      {
        text: 'Bobby Allyn, “Scarlett Johansson says she is ‘shocked, angered’ over new ChatGPT voice”, NPR, 20 May 2024',
      },
      {
        text: 'OpenAI, “How the voices for ChatGPT were chosen”, 19 May 2024',
        url: 'https://openai.com/index/how-the-voices-for-chatgpt-were-chosen/',
      },
    ],
  },
];
