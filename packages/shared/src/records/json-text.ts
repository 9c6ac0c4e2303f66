/** JSON as it was sent: bytes among those of others, which become a string only for whoever asks for one. */
export class JsonText {
  readonly bytes: Buffer;
  readonly start: number;
  readonly end: number;

  constructor(bytes: Buffer, start = 0, end = bytes.length) {
    this.bytes = bytes;
    this.start = start;
    this.end = end;
  }

  static of(text: string): JsonText {
    return new JsonText(Buffer.from(text));
  }

  get text(): string {
    return this.bytes.toString("utf8", this.start, this.end);
  }

  /** How pg asks a value for what to send: https://node-postgres.com/features/types */
  toPostgres(): string {
    return this.text;
  }
}
