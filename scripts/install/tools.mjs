// Finds out which tools exist and which commands install the missing ones on this system.
import { spawnSync } from 'node:child_process';
import { accessSync, constants, readFileSync, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const oldestCMake = [3, 19];
const oldestCargo = [1, 68]; // the first that reads a registry's sparse index; older ones fetch the whole index with git

/** Full path of a program in PATH; undefined if it is not there. */
export function findProgram(name, env = process.env) {
  const extensions = process.platform === 'win32' ? (env.PATHEXT ?? '.EXE;.CMD;.BAT').split(';') : [''];
  for (const folder of (env.PATH ?? env.Path ?? '').split(delimiter).filter(Boolean)) {
    for (const extension of extensions) {
      const file = join(folder, name + extension);
      try {
        accessSync(file, constants.X_OK);
        if (statSync(file).isFile()) return file;
      } catch {
        // not in this folder
      }
    }
  }
  return undefined;
}

function versionProblem(name, program, pattern, oldest, env) {
  const file = findProgram(program, env);
  if (!file) return `${name} is missing`;
  const text = spawnSync(file, ['--version'], { encoding: 'utf8', env }).stdout ?? '';
  const version = pattern.exec(text)?.slice(1).map(Number);
  if (!version) return `${name} (${file}) does not run`;
  const tooOld = version[0] < oldest[0] || (version[0] === oldest[0] && version[1] < oldest[1]);
  return tooOld ? `${name} is too old: expected ${oldest.join('.')} or newer, got ${version.join('.')}` : undefined;
}

function compilerProblem(env) {
  if (process.platform === 'win32') return undefined; // CMake finds Visual Studio by itself, outside PATH
  if (env.CXX)
    return findProgram(env.CXX.split(' ')[0], env) || isFile(env.CXX.split(' ')[0])
      ? undefined
      : `the C++ compiler CXX=${env.CXX} is missing`;
  return ['c++', 'g++', 'clang++'].some((name) => findProgram(name, env)) ? undefined : 'a C++ compiler is missing';
}

function isFile(path) {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}

/**
 * @param {{ engineSource: boolean, tests?: boolean }} need engineSource: the engine must be fetched too (a git clone); tests: also tools
 *   that the tests run
 * @returns {{ tool: string, problem: string }[]} empty if nothing is missing
 */
export function missingTools({ engineSource, tests = false }, env = process.env) {
  const missing = [];
  const add = (tool, problem) => problem && missing.push({ tool, problem });
  add('cmake', versionProblem('CMake', 'cmake', /version (\d+)\.(\d+)/, oldestCMake, env));
  add('compiler', compilerProblem(env));
  if (process.platform !== 'win32' && !findProgram('make', env) && !findProgram('ninja', env)) add('make', 'make (or ninja) is missing');
  if (engineSource) {
    const problem = versionProblem('cargo', 'cargo', /cargo (\d+)\.(\d+)/, oldestCargo, env);
    add('cargo', problem && `${problem} (it fetches the engine’s source; not needed with AI_ARTIST_ENGINE_DIR)`);
    if (!findProgram('git', env)) add('git', 'git is missing (it applies our patches to the engine’s source)');
  }
  if (tests && !redisServer(env)) add('redis', 'redis-server is missing (the tests of the queue start their own)');
  if (tests && !chromium(env)) add('chromium', 'Chromium is missing (the tests of the page drive it; or name one in CHROMIUM)');
  if (tests && process.platform !== 'win32')
    for (const name of shellTools)
      if (!findProgram(name, env)) add(name, `${name} is missing (the tests of completion and of the manual pages run it)`);
  if (tests && process.platform !== 'win32')
    for (const [tool, name] of Object.entries(monitors))
      if (!findProgram(name, env)) add(tool, `${name} is missing (the tests of alerts run it and ${tool})`);
  return missing;
}

/** Shells beside bash, and what checks manual pages. */
const shellTools = ['zsh', 'fish', 'mandoc'];

/** What the files of deploy/monitoring are tested with, by the program that each package brings. */
const monitors = { prometheus: 'promtool', alertmanager: 'amtool' };

/** The server that the queue tests start: Redis, or Valkey on distributions that replaced it. */
export const redisServer = (env = process.env) => findProgram('redis-server', env) ?? findProgram('valkey-server', env);

/** Where the installers of browsers put them outside PATH. */
const applications = {
  darwin: ['/Applications/Google Chrome.app/Contents/MacOS/Google Chrome', '/Applications/Chromium.app/Contents/MacOS/Chromium'],
  win32: ['C:/Program Files/Google/Chrome/Application/chrome.exe'],
};

/** The headless shell takes half of the processor time of the whole browser, which loads what a window needs. */
const browsers = ['chromium-headless-shell', 'chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'];

/** The browser that the tests of the page drive. */
export const chromium = (env = process.env) =>
  env.CHROMIUM ?? browsers.map((name) => findProgram(name, env)).find(Boolean) ?? applications[process.platform]?.find(isFile);

/** Named alike everywhere. */
const shells = { zsh: 'zsh', fish: 'fish', mandoc: 'mandoc' };

/** Named alike in Fedora and openSUSE. */
const rpmPackages = {
  cmake: 'cmake',
  compiler: 'gcc-c++',
  make: 'make',
  cargo: 'cargo',
  git: 'git',
  redis: 'redis',
  chromium: 'chromium',
  prometheus: 'golang-github-prometheus',
  alertmanager: 'golang-github-prometheus-alertmanager',
  ...shells,
};

/** Commands of each package manager and its names of the tools. `root`: whether installing needs root. */
const managers = {
  apt: {
    root: true,
    update: 'apt-get update',
    install: 'apt-get install -y --no-install-recommends',
    packages: {
      cmake: 'cmake',
      compiler: 'g++',
      make: 'make',
      cargo: 'cargo',
      git: 'git ca-certificates',
      redis: 'redis-server',
      chromium: 'chromium',
      prometheus: 'prometheus',
      alertmanager: 'prometheus-alertmanager',
      ...shells,
    },
  },
  dnf: {
    root: true,
    install: 'dnf install -y',
    packages: rpmPackages,
  },
  zypper: {
    root: true,
    install: 'zypper --non-interactive install',
    packages: rpmPackages,
  },
  pacman: {
    root: true,
    install: 'pacman -S --needed --noconfirm',
    packages: {
      cmake: 'cmake',
      compiler: 'gcc',
      make: 'make',
      cargo: 'rust',
      git: 'git',
      redis: 'valkey',
      chromium: 'chromium',
      prometheus: 'prometheus',
      alertmanager: 'alertmanager',
      ...shells,
    },
  },
  apk: {
    root: true,
    install: 'apk add',
    packages: {
      cmake: 'cmake',
      compiler: 'g++',
      make: 'make linux-headers',
      cargo: 'cargo',
      git: 'git',
      redis: 'redis',
      chromium: 'chromium',
      prometheus: 'prometheus',
      alertmanager: 'alertmanager',
      ...shells,
    },
  },
  brew: {
    root: false,
    install: 'brew install',
    packages: {
      cmake: 'cmake',
      cargo: 'rust',
      git: 'git',
      redis: 'redis',
      chromium: 'google-chrome',
      prometheus: 'prometheus',
      alertmanager: 'alertmanager',
      ...shells,
    },
  },
  winget: {
    root: false,
    install: 'winget install',
    packages: { cmake: 'Kitware.CMake', cargo: 'Rustlang.Rustup', git: 'Git.Git', chromium: 'Google.Chrome' },
  },
};

const managerOfDistribution = [
  [/debian|ubuntu|mint|pop|raspbian|kali/, 'apt'],
  [/fedora|rhel|centos|rocky|alma|amzn|ol\b/, 'dnf'],
  [/suse/, 'zypper'],
  [/arch|manjaro|endeavour/, 'pacman'],
  [/alpine/, 'apk'],
];

export function packageManager(platform = process.platform, osRelease = readOsRelease()) {
  if (platform === 'darwin') return 'brew';
  if (platform === 'win32') return 'winget';
  const names = [...osRelease.matchAll(/^ID(?:_LIKE)?=(.*)$/gm)].map((match) => match[1].replaceAll('"', '').toLowerCase());
  for (const name of names) {
    const known = managerOfDistribution.find(([pattern]) => pattern.test(name));
    if (known) return known[1];
  }
  return undefined;
}

function readOsRelease() {
  try {
    return readFileSync('/etc/os-release', 'utf8');
  } catch {
    return ''; // not a Linux with os-release: the advice stays general
  }
}

function packagesOf(manager, osRelease) {
  const { packages } = managers[manager];
  if (!/^ID=debian$/m.test(osRelease)) return packages;
  // Debian 12's own cargo (0.66) is too old; its cargo-web, made for building browsers, is current.
  const cargo = /^VERSION_CODENAME=bookworm$/m.test(osRelease) ? 'cargo-web' : packages.cargo;
  return { ...packages, cargo, chromium: 'chromium-headless-shell' };
}

/**
 * Returns how to install the missing tools here.
 * @returns {{ commands: string[], root: boolean } | undefined} commands without sudo, in order; undefined if the package manager is unknown
 *   or lacks one of the tools
 */
export function installSteps(missing, platform = process.platform, osRelease = readOsRelease()) {
  const manager = packageManager(platform, osRelease);
  if (!manager) return undefined;
  const { root, update, install } = managers[manager];
  const names = missing.map(({ tool }) => packagesOf(manager, osRelease)[tool]);
  if (names.includes(undefined)) return undefined;
  return { root, commands: [...(update ? [update] : []), `${install} ${names.join(' ')}`] };
}

/** Commands for a person to run, one per line, that install the missing tools here. */
export function installCommands(missing, platform = process.platform, osRelease = readOsRelease()) {
  const steps = installSteps(missing, platform, osRelease);
  if (steps) return [steps.commands.map((command) => (steps.root ? `sudo ${command}` : command)).join(' && ')];
  const tools = missing.map(({ tool }) => tool);
  const manager = packageManager(platform, osRelease);
  if (!manager) {
    const names = { compiler: 'a C++17 compiler', cmake: 'CMake 3.19+', cargo: 'cargo 1.68+', redis: 'redis-server', chromium: 'Chromium' };
    return [`install with your package manager: ${tools.map((tool) => names[tool] ?? tool).join(', ')}`];
  }
  const lines = [];
  if (platform === 'darwin' && tools.some((tool) => tool === 'compiler' || tool === 'make')) lines.push('xcode-select --install');
  const known = missing.filter(({ tool }) => managers[manager].packages[tool]);
  return known.length > 0 ? [...lines, ...installCommands(known, platform, osRelease)] : lines;
}
