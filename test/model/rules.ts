import { decide } from '#src/ack/decide.ts';
import { reasonNotToSend } from '#src/dispatch/deliver.ts';
import { attemptStatesBefore } from '#src/domain/attempt.ts';
import { statesBefore } from '#src/domain/dose.ts';
import { nextAction } from '#src/escalation/next.ts';
import type { Attempt, Chunk } from './state.ts';

/**
 * What the service's promises hang on. Where it is code it is the code itself; what is a `WHERE` in SQL is written again
 * here, and conformance.test.ts holds it against the database.
 */
export const RULES = {
  nextAction,
  reasonNotToSend,
  decide,
  statesBefore,
  attemptStatesBefore,
  /** claimChunk(). */
  mayHold: (chunk: Chunk): boolean => chunk.state === 'queued',
  /** updateAttempts(): what a worker says counts only while the message is in its chunk, unless it is that it left. */
  isWorkersOwn: (attempt: Attempt, chunk: number): boolean => chunk === attempt.chunks.length - 1,
  /** updateAttempts(): what was found out counts only while the message is in the chunk in which it was taken. */
  isFindersOwn: (attempt: Attempt, chunk: number): boolean => chunk === attempt.chunks.length - 1,
  /** updateAttempts(): a message that may have left in an earlier try does not end as one that did not. */
  doubts: true,
  /** updateAttempts(): what a later try came to takes no acceptance back. */
  keepsAccepted: true,
  /** leaseFrom(): a worker that was stopped beyond its lease starts nothing more. */
  asksLease: true,
  /** abandonChunks(): what may have left becomes this. */
  abandoned: 'unknown' as 'unknown' | 'intent',
  /** readToSend() by the worker that holds the chunk: what it goes by is the truth of that moment. */
  rereads: true,
  /** findOut(): a message that cannot be repeated is looked up before it is sent again. */
  looksUp: true,
  /** rescueChunks() gives a chunk without a job a new one. */
  rescuesJobs: true,
  /** rescueChunks() ends chunks whose lease is over. */
  rescuesChunks: true,
  /** recordAck() is told after its commit. */
  answersAfterCommit: true,
};

export type Rules = typeof RULES;
