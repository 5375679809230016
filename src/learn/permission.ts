import { m } from '../text/messages';

/** A situation to discuss. It has no right answer. */
export interface Situation {
  id: string;
  title: () => string;
  text: () => string;
  /** Points to consider, shown after the user has decided. */
  points: (() => string)[];
}

export const SITUATIONS: readonly Situation[] = [
  {
    id: 'own',
    title: m.learn_own,
    text: m.learn_own_text,
    points: [m.learn_own_point_1, m.learn_own_point_2, m.learn_own_point_3],
  },
  {
    id: 'friend',
    title: m.learn_friend,
    text: m.learn_friend_text,
    points: [m.learn_friend_point_1, m.learn_friend_point_2, m.learn_friend_point_3],
  },
  {
    id: 'grandfather',
    title: m.learn_grandfather,
    text: m.learn_grandfather_text,
    points: [m.learn_grandfather_point_1, m.learn_grandfather_point_2, m.learn_grandfather_point_3],
  },
  {
    id: 'museum',
    title: m.learn_museum,
    text: m.learn_museum_text,
    points: [m.learn_museum_point_1, m.learn_museum_point_2, m.learn_museum_point_3],
  },
  {
    id: 'actress',
    title: m.learn_actress,
    text: m.learn_actress_text,
    points: [m.learn_actress_point_1, m.learn_actress_point_2, m.learn_actress_point_3],
  },
  {
    id: 'teacher',
    title: m.learn_teacher,
    text: m.learn_teacher_text,
    points: [m.learn_teacher_point_1, m.learn_teacher_point_2, m.learn_teacher_point_3],
  },
];
