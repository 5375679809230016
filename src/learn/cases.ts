import { m } from '../text/messages';

/** Published source of a case. Its names stay in the language it was published in, English. */
export interface CaseSource {
  author?: string;
  title: string;
  publisher: string;
  /** Day of publication, as in ISO 8601. */
  date: string;
  url?: string;
}

/** A publicly reported case. States only what the named sources say. */
export interface Case {
  id: string;
  year: number;
  title: () => string;
  text: () => string;
  question: () => string;
  sources: CaseSource[];
}

const FCC = 'Federal Communications Commission';

export const CASES: readonly Case[] = [
  {
    id: 'chief',
    year: 2019,
    title: m.learn_case_chief,
    text: m.learn_case_chief_text,
    question: m.learn_case_chief_question,
    sources: [
      {
        author: 'Catherine Stupp',
        title: 'Fraudsters Used AI to Mimic CEO’s Voice in Unusual Cybercrime Case',
        publisher: 'The Wall Street Journal',
        date: '2019-08-30',
        url: 'https://www.wsj.com/articles/fraudsters-use-ai-to-mimic-ceos-voice-in-unusual-cybercrime-case-11567157402',
      },
    ],
  },
  {
    id: 'chef',
    year: 2021,
    title: m.learn_case_chef,
    text: m.learn_case_chef_text,
    question: m.learn_case_chef_question,
    sources: [
      {
        author: 'Helen Rosner',
        title: 'A Haunting New Documentary About Anthony Bourdain',
        publisher: 'The New Yorker',
        date: '2021-07-15',
        url: 'https://www.newyorker.com/culture/annals-of-gastronomy/the-haunting-afterlife-of-anthony-bourdain',
      },
    ],
  },
  {
    id: 'actor',
    year: 2021,
    title: m.learn_case_actor,
    text: m.learn_case_actor_text,
    question: m.learn_case_actor_question,
    sources: [
      {
        author: 'Eric Mack',
        title: 'Hear Val Kilmer’s voice, re-created by AI after throat cancer took it away',
        publisher: 'CNET',
        date: '2021-08-19',
        url: 'https://www.cnet.com/culture/entertainment/hear-val-kilmers-voice-re-created-by-ai-after-throat-cancer-took-it-away/',
      },
      {
        title: 'AI gave Val Kilmer his voice back. But critics worry the technology could be misused',
        publisher: 'The Washington Post',
        date: '2021-08-18',
      },
    ],
  },
  {
    id: 'president',
    year: 2024,
    title: m.learn_case_president,
    text: m.learn_case_president_text,
    question: m.learn_case_president_question,
    sources: [
      {
        title: 'Declaratory Ruling FCC 24-17',
        publisher: FCC,
        date: '2024-02-08',
        url: 'https://docs.fcc.gov/public/attachments/FCC-24-17A1.pdf',
      },
      {
        title: 'Forfeiture Order FCC 24-104, Steve Kramer',
        publisher: FCC,
        date: '2024-09-26',
        url: 'https://docs.fcc.gov/public/attachments/FCC-24-104A1.pdf',
      },
    ],
  },
  {
    id: 'call',
    year: 2024,
    title: m.learn_case_call,
    text: m.learn_case_call_text,
    question: m.learn_case_call_question,
    sources: [
      {
        author: 'Heather Chen, Kathleen Magramo',
        title: 'Finance worker pays out $25 million after video call with deepfake ‘chief financial officer’',
        publisher: 'CNN',
        date: '2024-02-04',
        url: 'https://www.cnn.com/2024/02/04/asia/deepfake-cfo-scam-hong-kong-intl-hnk/index.html',
      },
      {
        author: 'Kathleen Magramo',
        title: 'British engineering giant Arup revealed as $25 million deepfake scam victim',
        publisher: 'CNN',
        date: '2024-05-17',
        url: 'https://www.cnn.com/2024/05/16/tech/arup-deepfake-scam-loss-hong-kong-intl-hnk/index.html',
      },
    ],
  },
  {
    id: 'sky',
    year: 2024,
    title: m.learn_case_sky,
    text: m.learn_case_sky_text,
    question: m.learn_case_sky_question,
    sources: [
      {
        author: 'Bobby Allyn',
        title: 'Scarlett Johansson says she is ‘shocked, angered’ over new ChatGPT voice',
        publisher: 'NPR',
        date: '2024-05-20',
        url: 'https://www.npr.org/2024/05/20/1252495087/openai-pulls-ai-voice-that-was-compared-to-scarlett-johansson-in-the-movie-her',
      },
      {
        title: 'How the voices for ChatGPT were chosen',
        publisher: 'OpenAI',
        date: '2024-05-19',
        url: 'https://openai.com/index/how-the-voices-for-chatgpt-were-chosen/',
      },
    ],
  },
];
