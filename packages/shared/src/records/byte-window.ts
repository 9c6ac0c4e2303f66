/** The part of a byte stream that is still needed, addressed by offsets in the whole stream. */
export type ByteWindow = {
  push(piece: Buffer): void;
  /** The bytes from `start` up to `end`; forgets all that came before `end`. */
  take(start: number, end: number): Buffer;
};

export function createByteWindow(): ByteWindow {
  let pieces: Buffer[] = [];
  let from = 0;

  return {
    push(piece) {
      pieces.push(piece);
    },
    take(start, end) {
      const all = pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces);
      const taken = all.subarray(start - from, end - from);
      pieces = [all.subarray(end - from)];
      from = end;
      return taken;
    },
  };
}
