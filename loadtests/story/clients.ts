/** Calls the API as the hospital's own system would: JSON, its key, one attempt. Throws with the problem's words. */
export function apiClient(baseUrl: string, apiKey: string) {
  return async (method: 'PUT' | 'POST' | 'PATCH' | 'GET', path: string, body?: unknown): Promise<{ id: string }> => {
    const response = await fetch(`${baseUrl}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${apiKey}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${await response.text()}`);
    return (await response.json()) as { id: string };
  };
}

export type Api = ReturnType<typeof apiClient>;

/** The simulator's control door. */
export function simulatorClient(baseUrl: string) {
  const send = async (method: string, path: string, body?: unknown) => {
    const response = await fetch(`${baseUrl}${path}`, {
      method,
      ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    });
    if (!response.ok)
      throw new Error(`simulator: ${method} ${path} answered ${response.status}: ${await response.text()}`);
    return response;
  };
  return {
    order: (path: '/patients' | '/faults', body: unknown) => send('POST', path, body),
    json: async <T>(path: '/patients/summary' | '/ledger/summary') => (await (await send('GET', path)).json()) as T,
    ledger: async <T>() =>
      (await (await send('GET', '/ledger')).text())
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as T),
  };
}

export type SimulatorControl = ReturnType<typeof simulatorClient>;

/** Runs `work` over all items, `width` at a time; the first error stops it. */
export async function eachOf<T>(
  items: readonly T[],
  width: number,
  work: (item: T, n: number) => Promise<void>,
): Promise<void> {
  let next = 0;
  const lane = async () => {
    for (let n = next++; n < items.length; n = next++) await work(items[n] as T, n);
  };
  await Promise.all(Array.from({ length: width }, lane));
}
