/** A message of a stream. `data` is JSON text. */
export type Frame = { id: string; event: string; data: string };

/** A connection over which frames go to a client, whatever the protocol. What is sent after its end goes nowhere. */
export type ClientStream = {
  isOpen(): boolean;
  send(frame: Frame): void;
  /** Resolves when the client has taken what was sent, or is gone. Undefined when it has already. */
  catchUp(): Promise<void> | undefined;
  /** There is nothing more to send. */
  end(): void;
  /** Calls at once if it is closed already. */
  onClose(listener: () => void): void;
};

/** The same, for who keeps all streams of a process. */
export type KeptStream = ClientStream & {
  /** When anything was sent last, in `performance.now()` milliseconds. */
  sentAt(): number;
  /** Since when the client has not taken what was sent; undefined when it has. */
  behindSince(): number | undefined;
  /** Sends a sign of life, or ends a stream whose client gave none back. */
  beat(): void;
  /** This process is about to stop: the client is to come back elsewhere. */
  leave(): void;
  /** Gives the client up. */
  cut(): void;
};
