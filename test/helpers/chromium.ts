import { existsSync, globSync, mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';
import { fetchByApt, hasApt, librariesIn } from '#src/embedded/apt.ts';
import { programsDir } from '#src/embedded/paths.ts';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];
/** The program, what it is drawn with, and a font: without one it does not start. */
const PACKAGES = ['chromium', 'chromium-common', 'fonts-dejavu-core'];

interface Program {
  command: string;
  env: Record<string, string>;
}

/**
 * A Chromium without a window: that of PATH, else one fetched with apt into the checkout's own folder. Where there is neither,
 * why not.
 */
export async function openChromium(): Promise<Browser | { missing: string }> {
  const program = onPath() ?? (await fetched(join(programsDir(), 'chromium-dist')));
  if ('missing' in program) return program;
  const { command, env } = program;
  return chromium.launch({
    executablePath: command,
    // The headless mode that is the whole browser, with notifications and push; the sandbox is not for root.
    headless: false,
    args: ['--headless=new', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
    env: { ...(process.env as Record<string, string>), ...env },
  });
}

function onPath(): Program | null {
  const dirs = (process.env.PATH ?? '').split(delimiter);
  const command = dirs.flatMap((dir) => NAMES.map((name) => join(dir, name))).find(existsSync);
  return command === undefined ? null : { command, env: {} };
}

async function fetched(dist: string): Promise<Program | { missing: string }> {
  if (!hasApt()) return { missing: `none of ${NAMES.join(', ')} is on PATH, and there is no apt to fetch one with` };
  const tell = () =>
    console.log(
      'no Chromium on PATH: fetching one with apt into .dosebell (130 MB and the libraries this system lacks, once)',
    );
  try {
    await fetchByApt(dist, PACKAGES, tell);
  } catch (error) {
    return {
      missing: `none of ${NAMES.join(', ')} is on PATH, and apt could not fetch one (${(error as Error).message})`,
    };
  }
  const command = join(dist, 'usr/lib/chromium/chromium');
  // Ubuntu's package only points to its snap.
  if (!existsSync(command)) return { missing: 'the chromium package of this system holds no browser' };
  // libpulse looks for a part of itself in a folder of its own.
  const apart = globSync('usr/lib/*/pulseaudio', { cwd: dist }).map((dir) => join(dist, dir));
  const libraries = [librariesIn(dist), ...apart].join(delimiter);
  return { command, env: { LD_LIBRARY_PATH: libraries, FONTCONFIG_FILE: fontsIn(dist) } };
}

/** The fonts of a fetched folder, for a system that may have none. */
function fontsIn(dist: string): string {
  const file = join(dist, 'etc/dosebell-fonts.conf');
  mkdirSync(join(dist, 'etc'), { recursive: true });
  writeFileSync(
    file,
    `<fontconfig><dir>${join(dist, 'usr/share/fonts')}</dir><dir>/usr/share/fonts</dir></fontconfig>`,
  );
  return file;
}
