/**
 * The push services that may be sent to. A subscription comes from a browser by way of a tenant's app, so its endpoint could be
 * any address that our network reaches: only HTTPS, and only to the origins named, is ever asked.
 */
export function allowedOrigins(origins: readonly string[]): (endpoint: string) => boolean {
  const exact = new Set(origins.filter((origin) => !origin.includes('*')));
  const suffixes = origins.flatMap((origin) => /^https:\/\/\*(\..+)$/.exec(origin)?.[1] ?? []);
  return (endpoint) => {
    if (!URL.canParse(endpoint)) return false;
    const { protocol, origin, host, username, password } = new URL(endpoint);
    if (protocol !== 'https:' || username !== '' || password !== '') return false;
    return exact.has(origin) || suffixes.some((suffix) => host.endsWith(suffix));
  };
}
