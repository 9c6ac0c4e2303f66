/** A value of a jsonb column as the JSON text that it was sent as: nothing is gained by writing it out again. */
export class JsonText {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
  /** How pg asks a value for what to send: https://node-postgres.com/features/types */
  toPostgres(): string {
    return this.text;
  }
}
