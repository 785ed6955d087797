import type { DeviceRecord } from '../../stores/session-store.js';

/** No browser sends more; the parser's expressions need not see what an attacker does. */
const maxUserAgentLength = 512;

/** The `User-Agent` header as it is stored: cut to 512 characters, `null` when there is none. */
export function readUserAgent(header: string | null): string | null {
  return header === null || header === '' ? null : header.slice(0, maxUserAgentLength);
}

/**
 * Device, browser and operating system for a list that people read. A hint and nothing more: any client can say anything.
 */
export async function describeDevice(userAgent: string | null): Promise<DeviceRecord> {
  if (userAgent === null) return { device: null, browser: null, os: null };
  const { UAParser } = await import('ua-parser-js');
  const { browser, device, os } = new UAParser(userAgent).getResult();
  return {
    device: join(device.vendor, device.model),
    browser: join(browser.name, browser.major),
    os: join(os.name, os.version),
  };
}

function join(...words: readonly (string | undefined)[]): string | null {
  const text = words.filter((word) => word !== undefined && word !== '').join(' ');
  return text === '' ? null : text;
}
