import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { dirname, join } from 'node:path';
import { build, type Plugin } from 'rolldown';

export interface Bundled {
  readonly bytes: number;
  /** Names and versions of the packages in the bundle. */
  readonly packages: readonly string[];
}

interface BundledPackage {
  readonly folder: string;
  readonly name: string;
  readonly version: string;
  readonly license: string;
}

/**
 * Bundles the module around the interpreter with everything it imports, but for what it never calls here: the AWS clients, as no document names
 * Lambda functions, and the validator, as the document is a constant that a test validates. So the published package needs none of them. The
 * licenses of what was bundled are put beside it.
 */
export async function bundleInterpreter(input: string, output: string): Promise<Bundled> {
  // The compiler's map is that of the module which the bundle replaces.
  rmSync(`${output}.map`, { force: true });
  const { output: chunks } = await build({
    input,
    platform: 'node',
    plugins: [leaveOut],
    output: { file: output, format: 'esm' },
    logLevel: 'warn',
  });
  const [{ code, imports, moduleIds }] = chunks;
  const absent = imports.filter((name) => !isBuiltin(name));
  if (absent.length > 0) throw new Error(`the bundle would import what is not installed: ${absent.join(', ')}`);
  const packages = packagesOf(moduleIds);
  writeFileSync(join(dirname(output), 'interpreter.licenses.txt'), packages.map(notice).join('\n\n'));
  return { bytes: Buffer.byteLength(code), packages: packages.map(({ name, version }) => `${name} ${version}`) };
}

const leftOut = /^(?:@aws-sdk\/.+|asl-validator)$/;

/** What the interpreter imports of them. A name that is missing here fails the build. */
const stub = `
function leftOut() {
  throw new Error('this part of the interpreter is not in the package: src/engine/interpreter.ts must not call it');
}
export { leftOut as default, leftOut as fromCognitoIdentityPool, leftOut as InvokeCommand, leftOut as LambdaClient };
`;

const leaveOut: Plugin = {
  name: 'leave-out',
  resolveId: (source) => (leftOut.test(source) ? '\0left-out' : null),
  load: (id) => (id === '\0left-out' ? stub : null),
};

function packagesOf(moduleIds: readonly string[]): BundledPackage[] {
  const folders = new Set(
    moduleIds.flatMap((id) => /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(id.replaceAll('\\', '/')) ?? []),
  );
  return [...folders].toSorted().map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as BundledPackage;
    return { folder, name, version, license };
  });
}

/** What its authors want told wherever their code goes. */
function notice({ folder, name, version, license }: BundledPackage): string {
  const files = readdirSync(folder).filter((file) => /^(licen[cs]e|notice)/i.test(file));
  if (files.length === 0) throw new Error(`a bundled package has no license file: ${name}`);
  const texts = files.map((file) => readFileSync(join(folder, file), 'utf8').trim());
  return [`${name} ${version} (${license})`, ...texts].join('\n\n');
}
