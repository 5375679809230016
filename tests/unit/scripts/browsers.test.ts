import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openMarionette } from '../../../scripts/browsers/marionette.mjs';
import { findPrograms, MissingError } from '../../../scripts/browsers/programs.mjs';
import { freePort, runOrSkip } from '../../../scripts/browsers/run.mjs';
import { Tab } from '../../../scripts/browsers/tab.mjs';
import { openWebDriver } from '../../../scripts/browsers/webdriver.mjs';

/** A driver that answers every command with its path and parameters. */
const FAKE_DRIVER = `#!${process.execPath}
import { createServer } from 'node:http';
const port = process.argv[2].replace('--port=', '');
createServer((request, response) => {
  let body = '';
  request.on('data', (text) => (body += text));
  request.on('end', () => {
    const value = request.url === '/session' ? { sessionId: 's' } : { path: request.url, body: body && JSON.parse(body) };
    const isRefused = body.includes('refuse');
    response.statusCode = isRefused ? 500 : 200;
    response.end(JSON.stringify({ value: isRefused ? { error: 'no such element', message: 'refused' } : value }));
  });
}).listen(Number(port), '127.0.0.1');
`;

let folder: string;
let printed: string[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'browsers-'));
  printed = [];
  vi.spyOn(console, 'log').mockImplementation((line: string) => void printed.push(line));
});

afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

function program(name: string, text = '#!/bin/sh\n'): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  chmodSync(path, 0o755);
  return path;
}

describe('a browser that is missing', () => {
  const search = () => ({ search: [folder] });

  it('is installed, and what was there before is not', async () => {
    const installed: string[] = [];
    const install = async (name: string) => {
      installed.push(name);
      program('a-browser');
      return true;
    };
    const path = join(folder, 'a-browser');
    expect(await findPrograms(['a-browser'], ['a-package'], { ...search(), install })).toEqual({
      'a-browser': path,
    });
    expect(await findPrograms(['a-browser'], ['a-package'], { ...search(), install })).toEqual({
      'a-browser': path,
    });
    expect(installed).toEqual(['a-package']);
  });

  it('is listed as skipped, with the reason, where it cannot be installed', async () => {
    const install = async () => false;
    const run = async () => {
      await findPrograms(['no-browser'], ['a-package', 'b-package'], { ...search(), install });
      return { passed: 1, failed: 0 };
    };
    expect(await runOrSkip('Fake', run)).toEqual({ passed: 0, failed: 0, skipped: 1 });
    expect(printed).toEqual(['Fake: skipped: no-browser was not found. Install a-package, b-package.']);
    await expect(run()).rejects.toBeInstanceOf(MissingError);
  });
});

it('a browser that cannot be driven is a failure, not skipped', async () => {
  const run = () => Promise.reject(new Error('it does not start'));
  expect(await runOrSkip('Fake', run)).toEqual({ passed: 0, failed: 1, skipped: 0 });
  expect(printed).toEqual(['Fake: FAILED: it does not start']);
});

describe('a driver over HTTP', () => {
  it('is sent the commands of WebDriver, and its errors are thrown', async () => {
    const driver = program('driver', FAKE_DRIVER);
    const port = await freePort();
    const session = await openWebDriver(driver, { capabilities: {}, env: process.env, port });
    try {
      expect(await session.send('clickElement', { id: 'e' })).toEqual({
        path: '/session/s/element/e/click',
        body: {},
      });
      expect(await session.send('navigate', { url: 'u' })).toEqual({
        path: '/session/s/url',
        body: { url: 'u' },
      });
      await expect(session.send('navigate', { url: 'refuse' })).rejects.toThrow('refused');
    } finally {
      await session.close();
    }
    await expect(session.send('navigate')).rejects.toThrow();
  });
});

describe('Marionette', () => {
  it('is sent the same commands by length and JSON, and answers in pieces', async () => {
    const seen: unknown[] = [];
    const server = createServer((socket) => {
      const hello = '{"applicationType":"gecko"}';
      socket.write(`${hello.length}:${hello}`);
      socket.on('error', () => undefined);
      socket.on('data', (bytes) => {
        const [, id, command, parameters] = JSON.parse(bytes.toString().replace(/^\d+:/, '')) as unknown[];
        seen.push([command, parameters]);
        const error =
          command === 'WebDriver:FindElement' ? { error: 'no such element', message: 'nö' } : null;
        const answer = JSON.stringify([1, id, error, error ? null : { value: 'ü' }]);
        const message = Buffer.from(`${Buffer.byteLength(answer)}:${answer}`);
        socket.write(message.subarray(0, 7));
        setTimeout(() => socket.write(message.subarray(7)), 5);
      });
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const session = await openMarionette((server.address() as AddressInfo).port);
    expect(await session.send('navigate', { url: 'u' })).toBe('ü');
    await expect(session.send('findElement')).rejects.toThrow('nö');
    await session.close();
    server.close();
    expect(seen).toEqual([
      ['WebDriver:NewSession', { capabilities: { alwaysMatch: {} } }],
      ['WebDriver:Navigate', { url: 'u' }],
      ['WebDriver:FindElement', {}],
      ['Marionette:Quit', { flags: ['eForceQuit'] }],
    ]);
  });
});

it('a wait ends with the error that the page shows', async () => {
  const send = async (_: string, { args }: Record<string, unknown> = {}) => ({
    value: JSON.stringify(args).includes('error') ? 'Error. No microphone was found.' : null,
  });
  const tab = new Tab({ send, close: async () => undefined });
  await expect(tab.waitFor('output-track')).rejects.toThrow('The page says: Error. No microphone was found.');
  expect(await tab.waitFor('error', { text: /No microphone/ })).toMatch(/No microphone/);
});
