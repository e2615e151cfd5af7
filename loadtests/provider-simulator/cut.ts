import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** A reset discards what the other side has not read yet: what was written before gets this long to arrive. */
const ARRIVES_MS = 10;

/** Writes the beginning of an answer, then resets the connection. Resolves once it is reset. */
export async function writeAndReset(socket: Socket, beginning: string | Buffer): Promise<void> {
  socket.write(beginning);
  await new Promise((resolve) => setTimeout(resolve, ARRIVES_MS));
  socket.resetAndDestroy();
}

/** Sends the headers and half of a JSON answer, then resets the connection. */
export function resetInAnswer(response: ServerResponse, status: number, body: unknown): void {
  const text = JSON.stringify(body);
  const { socket } = response;
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) });
  response.write(half(text));
  setTimeout(() => socket?.resetAndDestroy(), ARRIVES_MS);
}

/** The first half of an answer. */
export function half(text: string): string {
  return text.slice(0, text.length >> 1);
}
