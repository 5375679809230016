declare const marked: unique symbol;

/** An audio file whose sound is marked. `encode` makes it and signing keeps it one; lint forbids the cast elsewhere. */
export type MarkedFile = Blob & { readonly [marked]: true };
