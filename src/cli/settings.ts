import { availableParallelism } from 'node:os';
import { Option } from 'commander';
import type { AlluviumConfig } from '../config.ts';
import { invalid } from '../domain/errors.ts';
import { limits } from '../domain/limits.ts';

/**
 * Every setting of the command line, declared once: flag, environment variable, configuration key, default, range and help.
 *
 * The first that is given wins: flag, environment variable, configuration file, default.
 */
export const settings = {
  store: {
    flag: '--store <folder>',
    environment: 'ALLUVIUM_STORE',
    defaultValue: './.alluvium',
    help: 'where everything is kept',
  },
  stage: {
    flag: '--stage <name>',
    environment: 'ALLUVIUM_STAGE',
    defaultValue: 'dev',
    help: 'the stage the store must belong to',
  },
  recordsPerBatch: {
    flag: '--records-per-batch <n>',
    environment: 'ALLUVIUM_RECORDS_PER_BATCH',
    defaultValue: 500,
    range: [1, limits.recordsPerBatchMax],
    help: 'records that are embedded together',
  },
  deltasPerChunk: {
    flag: '--deltas-per-chunk <n>',
    environment: 'ALLUVIUM_DELTAS_PER_CHUNK',
    defaultValue: 10,
    range: [1, limits.deltasPerChunkMax],
    help: 'deltas that are compacted together',
  },
  concurrency: {
    flag: '--concurrency <n>',
    environment: 'ALLUVIUM_CONCURRENCY',
    defaultValue: 5,
    range: [1, limits.mapConcurrencyMax],
    help: 'chunks that are compacted at the same time',
  },
  workers: {
    flag: '--workers <n>',
    environment: 'ALLUVIUM_WORKERS',
    defaultValue: Math.min(availableParallelism(), limits.workersMax),
    defaultText: 'one per core',
    range: [1, limits.workersMax],
    help: 'worker processes',
  },
} as const satisfies { readonly [Key in keyof AlluviumConfig]: Setting };

interface Setting {
  readonly flag: `--${string}`;
  readonly environment: `ALLUVIUM_${string}`;
  readonly defaultValue: string | number;
  /** How help words a default that depends on the machine. */
  readonly defaultText?: string;
  /** For numbers: smallest and largest. */
  readonly range?: Range;
  readonly help: string;
}

export type Range = readonly [min: number, max: number];

export type SettingName = keyof typeof settings;
export type SettingValue<Name extends SettingName> = (typeof settings)[Name]['defaultValue'] extends number
  ? number
  : string;

/** Where values come from, as they were given. */
export interface SettingSources {
  /** By setting name. */
  readonly flags: Readonly<Record<string, unknown>>;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly config: AlluviumConfig;
}

/** The value that holds for a setting. `Invalid`, naming its source, where it is out of range. */
export function resolveSetting<Name extends SettingName>(name: Name, sources: SettingSources): SettingValue<Name> {
  const setting: Setting = settings[name];
  const environment = sources.environment[setting.environment];
  const given = [
    { source: flagName(setting), value: sources.flags[name] },
    // An empty variable is how a shell unsets one.
    { source: setting.environment, value: environment === '' ? undefined : environment },
    { source: `${name} of the configuration`, value: sources.config[name] },
  ].find(({ value }) => value !== undefined) ?? { source: name, value: setting.defaultValue };
  const value = setting.range === undefined ? given.value : parseWholeNumber(given.source, given.value, setting.range);
  return value as SettingValue<Name>;
}

/** A whole number of a range, from text or as it is. `source` is the subject of the error's sentence. */
export function parseWholeNumber(source: string, value: unknown, [min, max]: Range): number {
  const number = typeof value === 'string' && /^[0-9]+$/.test(value) ? Number(value) : value;
  if (typeof number === 'number' && Number.isSafeInteger(number) && number >= min && number <= max) return number;
  throw invalid('setting-range', `${source} must be a whole number from ${min} to ${max}, not ${String(value)}`, {
    details: { source, min, max },
  });
}

/** The flag of a setting; its value is checked when it is resolved, like one from elsewhere. */
export function settingOption(name: SettingName): Option {
  const setting: Setting = settings[name];
  const defaultText = setting.defaultText ?? JSON.stringify(setting.defaultValue);
  return new Option(setting.flag, `${setting.help} (default: ${defaultText}, env: ${setting.environment})`);
}

function flagName({ flag }: Setting): string {
  return flag.replace(/ .*/, '');
}
