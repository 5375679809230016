declare const marked: unique symbol;

/** An audio file with marked samples. Only `encode` and signing return one; lint forbids the cast elsewhere. */
export type MarkedFile = Blob & { readonly [marked]: true };
