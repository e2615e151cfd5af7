import autocannon, { type Request, type Result } from 'autocannon';
import { externalId } from '#loadtests/bench/seed.ts';

/** What one scenario came to. `failed`: 5xx answers, lost connections and timeouts. */
export interface Measured {
  requestsPerSecond: number;
  p99Ms: number;
  non2xx: number;
  failed: number;
}

/** An API to load: `doseIds` can be answered, each once. */
export interface Target {
  url: string;
  apiKey: string;
  doseIds: string[];
}

/** The scenarios by name. */
export const SCENARIOS: Record<string, (target: Target) => Request> = {
  list: () => ({ method: 'GET', path: '/v1/prescriptions' }),
  preview: () => ({
    method: 'POST',
    path: '/v1/prescriptions/preview',
    body: JSON.stringify({
      patient: externalId(0),
      medication: 'Metformina 850 mg',
      regimen: { start: '2026-01-01T08:00:00', rrules: ['FREQ=DAILY;BYHOUR=8,20'] },
    }),
  }),
  confirm: ({ doseIds }) => ({
    method: 'POST',
    body: JSON.stringify({ answer: 'taken' }),
    setupRequest: (request) => {
      const id = doseIds.pop();
      if (id === undefined) throw new Error('every dose is answered: the scenario needs more of them');
      return { ...request, path: `/v1/doses/${id}/confirmations` };
    },
  }),
};

/** Loads the API with one scenario for `seconds` over `connections`, each sending its next request when answered. */
export async function load(
  target: Target,
  request: Request,
  { seconds, connections }: { seconds: number; connections: number },
): Promise<Measured> {
  const result: Result = await autocannon({
    url: target.url,
    connections,
    duration: seconds,
    headers: {
      authorization: `Bearer ${target.apiKey}`,
      ...(request.method === 'POST' ? { 'content-type': 'application/json' } : {}),
    },
    requests: [request],
  });
  return {
    requestsPerSecond: Math.round(result.requests.average),
    p99Ms: result.latency.p99,
    non2xx: result.non2xx,
    failed: result['5xx'] + result.errors,
  };
}
