/** A record that is there and cannot be read. */
export class Malformed {
  readonly message: string;
  constructor(message: string) {
    this.message = message;
  }
}

/** A row of a rejects file that has nothing but its notes. */
export function notWrittenOut(): Malformed {
  return new Malformed("has only its text, in _raw: its fields are still to be written out");
}

/** How the records of a chunk are laid out. */
export type Layout = {
  /** The CSV header. */
  columns: string[] | null;
  /** Whether rows are kept whole, as JSON. */
  whole: boolean;
  /** Tells notes on a row, such as those of a rejects file, from its data. */
  isNote: (field: string) => boolean;
};

/** Reads the records of one format, and leaves their notes out. */
export type Parser = {
  /**
   * All of a chunk at once, where that is quicker than one by one: of each its value, or its `JsonText` if it is to be kept as it is
   * and nothing can be wrong with it but its syntax. Undefined if one of them is broken, or it is not sure which value is whose.
   */
  all?(bytes: Buffer): unknown[] | undefined;
  /** One of them: its value, or `Malformed`. */
  one(record: string): unknown;
};
