/** Patches AudioContext where it has no audioWorklet; nothing is exported. */
declare module 'audioworklet-polyfill';
