// Which build tools are there, and the command that installs the missing ones on this system.
import { spawnSync } from 'node:child_process';
import { accessSync, constants, readFileSync, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const oldestCMake = [3, 19];

/** Full path of a program in PATH, or undefined. */
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

function cmakeProblem(env) {
  const file = findProgram('cmake', env);
  if (!file) return 'CMake is missing';
  const text = spawnSync(file, ['--version'], { encoding: 'utf8', env }).stdout ?? '';
  const version = /version (\d+)\.(\d+)/.exec(text)?.slice(1).map(Number);
  if (!version) return `CMake (${file}) does not run`;
  const tooOld = version[0] < oldestCMake[0] || (version[0] === oldestCMake[0] && version[1] < oldestCMake[1]);
  return tooOld ? `CMake is too old: expected ${oldestCMake.join('.')} or newer, got ${version.join('.')}` : undefined;
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
 * @param {{ engineSource: boolean }} need engineSource: the engine must be fetched too (a git clone)
 * @returns {{ tool: string, problem: string }[]} empty when all is there
 */
export function missingTools({ engineSource }, env = process.env) {
  const missing = [];
  const cmake = cmakeProblem(env);
  if (cmake) missing.push({ tool: 'cmake', problem: cmake });
  const compiler = compilerProblem(env);
  if (compiler) missing.push({ tool: 'compiler', problem: compiler });
  if (process.platform !== 'win32' && !findProgram('make', env) && !findProgram('ninja', env))
    missing.push({ tool: 'make', problem: 'make (or ninja) is missing' });
  if (engineSource) {
    if (!findProgram('cargo', env))
      missing.push({ tool: 'cargo', problem: 'cargo is missing (it fetches the engine’s source; not needed with AI_ARTIST_ENGINE_DIR)' });
    if (!findProgram('git', env)) missing.push({ tool: 'git', problem: 'git is missing (it applies our patches to the engine’s source)' });
  }
  return missing;
}

/** Package manager -> its command and what it calls each tool. */
const managers = {
  apt: { command: 'sudo apt-get install -y', cmake: 'cmake', compiler: 'g++', make: 'make', cargo: 'cargo', git: 'git' },
  dnf: { command: 'sudo dnf install -y', cmake: 'cmake', compiler: 'gcc-c++', make: 'make', cargo: 'cargo', git: 'git' },
  zypper: { command: 'sudo zypper install -y', cmake: 'cmake', compiler: 'gcc-c++', make: 'make', cargo: 'cargo', git: 'git' },
  pacman: { command: 'sudo pacman -S --needed', cmake: 'cmake', compiler: 'gcc', make: 'make', cargo: 'rust', git: 'git' },
  apk: { command: 'sudo apk add', cmake: 'cmake', compiler: 'g++', make: 'make linux-headers', cargo: 'cargo', git: 'git' },
  brew: { command: 'brew install', cmake: 'cmake', cargo: 'rust', git: 'git' },
  winget: { command: 'winget install', cmake: 'Kitware.CMake', cargo: 'Rustlang.Rustup', git: 'Git.Git' },
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

/** Commands, one a line, that install the missing tools here. */
export function installCommands(missing, platform = process.platform, osRelease = readOsRelease()) {
  const tools = missing.map(({ tool }) => tool);
  const lines = [];
  if (platform === 'darwin' && tools.some((tool) => tool === 'compiler' || tool === 'make')) lines.push('xcode-select --install');
  const manager = packageManager(platform, osRelease);
  if (!manager)
    return [
      ...lines,
      `install with your package manager: ${tools.map((tool) => ({ compiler: 'a C++17 compiler', cmake: 'CMake 3.19+' })[tool] ?? tool).join(', ')}`,
    ];
  const { command, ...names } = managers[manager];
  const packages = tools.map((tool) => names[tool]).filter(Boolean);
  if (packages.length > 0) lines.push(`${command} ${packages.join(' ')}`);
  return lines;
}
