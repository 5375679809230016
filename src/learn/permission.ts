/** A situation to discuss. It has no right answer. */
export interface Situation {
  title: string;
  text: string;
  /** Points to consider, shown after the user has decided. */
  points: string[];
}

export const SITUATIONS: readonly Situation[] = [
  {
    title: 'Your own voice',
    text: 'You train a voice on your own recordings, to have it read your essays aloud.',
    points: [
      'Permission is yours to give, and to revoke.',
      'Whoever gets the file can speak as you. Where do you keep it, and who else has it?',
      'May your school keep a copy? For how long?',
    ],
  },
  {
    title: 'A friend, for a joke',
    text: 'You have an hour of voice messages of a friend. You let the friend “say” something silly and send it to the group.',
    points: [
      'Did the friend agree, before and to this? The messages were sent to you for something else.',
      'A joke leaves the group with one tap, without its context.',
      'Would a marked file and a spoken notice at the start change your mind? Would it change the friend’s?',
    ],
  },
  {
    title: 'A grandfather who has died',
    text: 'The family has tapes of him. A grandchild wants to hear him tell a story that he never told.',
    points: [
      'He cannot agree any more. Who speaks for him: his children, all of them?',
      'Reading his own letters is not the same as giving him new words.',
      'For whom is it, and will they always know that it is not him?',
    ],
  },
  {
    title: 'A museum and a historical person',
    text: 'A museum lets a politician of the 1930s, known from the radio, read her own letters.',
    points: [
      'Who holds the rights: the archive of the recordings, heirs, nobody any more?',
      'Visitors trust museums. How does each of them learn, right away, that the voice is synthetic?',
      'Could the file be used elsewhere? What then?',
    ],
  },
  {
    title: 'An actress and a game',
    text: 'A studio recorded an actress for one game. It now wants to use her voice for a second one, without new recordings.',
    points: [
      'What does the contract say: these lines, or her voice?',
      'A permission has a purpose and an end, and is paid for.',
      'If you were her: which words would you never want to hear yourself say?',
    ],
  },
  {
    title: 'A teacher who is ill',
    text: 'A disease takes a teacher’s voice. She has old recordings, and would like to speak with her own voice again.',
    points: [
      'The same technique, and it gives somebody back what is hers.',
      'Does a mark disturb her? Should her own speech be marked as synthetic?',
      'What is the difference to the joke above? Write it in one sentence.',
    ],
  },
];
