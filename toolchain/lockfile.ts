/** The parts of `package-lock.json` that matter here. */
export interface Lockfile {
  readonly packages: Readonly<Record<string, LockedPackage>>;
}

export interface LockedPackage {
  readonly version?: string;
  readonly resolved?: string;
  readonly link?: boolean;
  readonly dev?: boolean;
  readonly optional?: boolean;
  readonly os?: readonly string[] | string;
  readonly cpu?: readonly string[] | string;
  readonly libc?: readonly string[] | string;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/**
 * Entries that `npm ci` wants and the lockfile does not have: optional packages, one per platform, of which the owner's pinned version and the
 * name's end (`binding-linux-arm64-musl`) say all there is to know.
 */
export function missingPlatforms({ packages }: Lockfile): Record<string, LockedPackage> {
  const missing: Record<string, LockedPackage> = {};
  for (const [owner, { dev, optionalDependencies = {} }] of Object.entries(packages)) {
    for (const [name, version] of Object.entries(optionalDependencies)) {
      if (isLocked(packages, owner, name)) continue;
      missing[`node_modules/${name}`] = { version, ...platformOf(name), ...(dev === true && { dev }), optional: true };
    }
  }
  return missing;
}

function isLocked(packages: Lockfile['packages'], owner: string, name: string): boolean {
  const places = [`node_modules/${name}`, `${owner}/node_modules/${name}`];
  return places.some((place) => packages[place]?.version !== undefined);
}

/** `@oxlint/binding-linux-arm64-musl` is for Linux on 64-bit ARM with musl. */
function platformOf(name: string): Pick<LockedPackage, 'os' | 'cpu' | 'libc'> {
  const [os, cpu, libc] =
    /([a-z0-9]+)-(arm64|arm|x64|ia32|ppc64|riscv64|s390x|wasm32)(?:-(\w+))?$/.exec(name)?.slice(1) ?? [];
  if (os === undefined || cpu === undefined) throw new Error(`not a package for one platform: ${name}`);
  return { os: [os === 'win' ? 'win32' : os], cpu: [cpu], ...(os === 'linux' && libcOf(libc)) };
}

function libcOf(suffix: string | undefined): Pick<LockedPackage, 'libc'> {
  if (suffix === undefined) return {};
  return { libc: [suffix.startsWith('musl') ? 'musl' : 'glibc'] };
}
