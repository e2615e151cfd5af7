import { type Stage, serviceEnv } from '#loadtests/bench/stage.ts';

/** Above what any of the contenders reaches: the simulator is to be the limit, not a rate agreed with a provider. */
const OUT_OF_THE_WAY = '1000000';

/**
 * The settings of a measured process: production's, but for the providers' rates, and for the public URL: nobody listens
 * there, so the simulator's status callbacks are refused at once. They are the API's work, and every contender has them.
 */
export function rushEnv(stage: Stage, databaseUrl: string, settings: Record<string, string>): NodeJS.ProcessEnv {
  return serviceEnv(stage, databaseUrl, {
    PUBLIC_URL: 'http://127.0.0.1:9',
    FCM_PER_SECOND: OUT_OF_THE_WAY,
    TWILIO_SEGMENTS_PER_SECOND: OUT_OF_THE_WAY,
    EMAIL_PER_SECOND: OUT_OF_THE_WAY,
    ...settings,
  });
}

/** Shorter than in production, so that a run need not wait for the next minute: all doses are due at one instant anyway. */
export const BUCKET_SECONDS = 2;
/** Doses claimed in a second: well below what this code does, so that the rush begins prepared. */
const CLAIMED_PER_SECOND = 4000;

/** The settings with which `doses` that are due at one instant are prepared before it. */
export function bucketSettings(doses: number): { BUCKET_SECONDS: string; LEAD_SECONDS: string } {
  return { BUCKET_SECONDS: String(BUCKET_SECONDS), LEAD_SECONDS: String(Math.ceil(1 + doses / CLAIMED_PER_SECOND)) };
}
