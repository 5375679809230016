/** Adds audioWorklet to AudioContext where it is missing; exports nothing. */
declare module 'audioworklet-polyfill';
