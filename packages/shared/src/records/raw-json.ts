/** `JSON.rawJSON`, which the compiler does not know yet: what `JSON.stringify` writes out as the text given. */
export const { rawJSON: rawJson } = JSON as typeof JSON & { rawJSON(text: string): object };
