/** One lesson in the teacher's guide. */
export interface GuideLesson {
  title: string;
  minutes: number;
  aim: string;
  steps: string[];
  ask: { question: string; expect: string }[];
}

export const GUIDE: readonly GuideLesson[] = [
  {
    title: 'What a voice is made of',
    minutes: 15,
    aim: 'Pupils tell source (vocal folds) and filter (throat and mouth) apart, and know which of them carries words.',
    steps: [
      'One pupil records a sentence. Play it unchanged.',
      'Move the pitch alone, then the length of throat and mouth alone; the class names what changed.',
      'Whisper, then one note; then switch throat and mouth off.',
    ],
    ask: [
      {
        question: 'Which of the two carries the words?',
        expect: 'The filter: a whisper has no pitch and is understood.',
      },
      {
        question: 'Why does a child not sound like a fast-forwarded adult?',
        expect: 'Both are higher, but throat length and pitch do not change by the same amount.',
      },
    ],
  },
  {
    title: 'How conversion works',
    minutes: 15,
    aim: 'Pupils explain that of the recording only the words, the melody and the loudness are kept.',
    steps: [
      'Convert the recording to a voice that is far from the speaker’s.',
      'Compare the melodies: same shape, different height.',
      'Laugh, sing, speak another language; collect what is lost.',
    ],
    ask: [
      {
        question: 'What is left of you in it?',
        expect: 'Timing, melody, emphasis: the performance. Not the sound.',
      },
      {
        question: 'Why does laughter get lost?',
        expect: 'The networks were trained on read sentences; they cannot produce what was not in them.',
      },
    ],
  },
  {
    title: 'Can you hear it?',
    minutes: 15,
    aim: 'Pupils learn that ears are poor detectors, and what chance means.',
    steps: [
      'The class votes by show of hands, ten questions with “Hear the mark”; keep the score on the board too.',
      'Before looking at the score: how many right answers would guessing give?',
      'Then a few with “Hear the computer”, on a recording of somebody the class knows.',
    ],
    ask: [
      {
        question: 'Seven of ten are right. Do we hear the mark?',
        expect: 'Guessing does as well in 17 of 100 games: not shown.',
      },
      {
        question: 'Why is a known voice easier?',
        expect: 'We compare with memory. A stranger’s voice has nothing to be compared with.',
      },
    ],
  },
  {
    title: 'The mark',
    minutes: 20,
    aim: 'Pupils find out what a mark survives, and that its absence proves nothing.',
    steps: [
      'In groups: remove the mark and keep the voice usable. Write down every try.',
      'Compare: whose result still sounds like a person?',
      'Convert it again, and detect again.',
    ],
    ask: [
      {
        question: 'What removed it?',
        expect: 'Brutal noise or muffling; and converting again, which sounds fine.',
      },
      {
        question: 'No mark was found. What do we know?',
        expect:
          'Nothing about whether a person spoke: other programs leave no such mark, and it can be removed.',
      },
      {
        question: 'A mark was found. What do we know?',
        expect:
          'That somebody with this program put it on: on speech it made, or on a recording of a real person. Signed credentials in the file say more: that it was not changed since.',
      },
    ],
  },
  {
    title: 'Whose voice is it?',
    minutes: 25,
    aim: 'Pupils weigh permission, purpose and harm, and state a rule of their own.',
    steps: [
      'Everybody decides on all six situations alone, then in pairs.',
      'Pairs present the situation they disagreed on.',
      'Each group takes one of the public cases and answers its question.',
    ],
    ask: [
      {
        question: 'What does a good permission name?',
        expect: 'Who agrees, to which voice and use, for how long, and how to revoke it.',
      },
      {
        question: 'What would you do when a relative calls and asks for money?',
        expect: 'Hang up, call back on the known number, ask something only they know.',
      },
    ],
  },
];
