import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { installWithApt } from '../apt.mjs';

/** A browser, or what it needs, is neither here nor can it be installed; `message` says what is missing. */
export class MissingError extends Error {}

/**
 * Finds programs; where one is missing, root on Debian gets the packages from apt-get.
 *
 * @template {string} Name
 * @param {readonly Name[]} names
 * @param {readonly string[]} packages
 * @param {{ search?: string[], install?: (name: string) => Promise<boolean> }} [options] `search`: folders beside those of PATH
 * @returns {Promise<Record<Name, string>>} their paths
 * @throws {MissingError}
 */
export async function findPrograms(names, packages, { search = [], install = installAsRoot } = {}) {
  const folders = [...(process.env.PATH ?? '').split(delimiter), ...search];
  const find = (/** @type {string} */ name) => folders.map((each) => join(each, name)).find(isExecutable);
  if (!names.every(find)) {
    for (const each of packages) if (!(await install(each))) break;
  }
  const paths = names.map((name) => {
    const path = find(name);
    if (!path) throw new MissingError(`${name} was not found. Install ${packages.join(', ')}.`);
    return [name, path];
  });
  return /** @type {Record<Name, string>} */ (Object.fromEntries(paths));
}

/**
 * Installs a package where that is allowed: as root on Debian.
 *
 * @param {string} name
 * @returns {Promise<boolean>} whether it was installed
 */
export async function installAsRoot(name) {
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return false;
  console.error(`Installing ${name} with apt-get ...`);
  return installWithApt(name);
}

/** @param {string} path */
export function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
