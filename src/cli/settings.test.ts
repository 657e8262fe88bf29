// Would catch: a setting whose sources win in the wrong order, or that accepts a value which a limit forbids.
import { expect, test } from 'vitest';
import { limits } from '../domain/limits.ts';
import { concurrencyDefault, deltasPerChunkDefault } from '../engine/ingest.ts';
import { recordsPerBatchDefault } from '../submit/submit.ts';
import { parseWholeNumber, resolveSetting, type SettingName, settings } from './settings.ts';

const names = Object.keys(settings) as SettingName[];
const nowhere = { flags: {}, environment: {}, config: {} };

test.each(names)('%s: flag before environment before configuration before default', (name) => {
  const [flag, environment, config] = 'range' in settings[name] ? [4, 3, 2] : ['flag', 'environment', 'config'];
  const sources = {
    flags: { [name]: String(flag) },
    environment: { [settings[name].environment]: String(environment) },
    config: { [name]: config },
  };
  expect(resolveSetting(name, sources)).toBe(flag);
  expect(resolveSetting(name, { ...sources, flags: {} })).toBe(environment);
  expect(resolveSetting(name, { ...sources, flags: {}, environment: { [settings[name].environment]: '' } })).toBe(
    config,
  );
  expect(resolveSetting(name, { ...sources, flags: {}, environment: {} })).toBe(config);
  expect(resolveSetting(name, nowhere)).toBe(settings[name].defaultValue);
});

test.each(names)('%s: its names follow from each other', (name) => {
  const words = name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  expect(settings[name].flag).toMatch(new RegExp(`^--${words} <[a-z]+>$`));
  expect(settings[name].environment).toBe(`ALLUVIUM_${words.replaceAll('-', '_').toUpperCase()}`);
});

test('a value out of range is Invalid, and its source is named', () => {
  const sources = { ...nowhere, flags: { workers: '65' } };
  expect(() => resolveSetting('workers', sources)).toThrow('--workers must be a whole number from 1 to 64, not 65');
  const environment = { ALLUVIUM_CONCURRENCY: 'many' };
  expect(() => resolveSetting('concurrency', { ...nowhere, environment })).toThrow(/^ALLUVIUM_CONCURRENCY must be/);
  const config = { deltasPerChunk: 0 };
  expect(() => resolveSetting('deltasPerChunk', { ...nowhere, config })).toThrow(
    /^deltasPerChunk of the configuration/,
  );
});

test.each(['', '0', '-1', '1.5', '1e3', ' 2', '0x2', 'NaN', '11', 0, 11, 1.5, Number.NaN, null, true])(
  '%j is no whole number from 1 to 10',
  (value) => {
    expect(() => parseWholeNumber('--n', value, [1, 10])).toThrow('--n must be a whole number from 1 to 10');
  },
);

test('defaults are within their ranges, and agree with the library', () => {
  for (const setting of Object.values(settings)) {
    if (!('range' in setting)) continue;
    const [min, max] = setting.range;
    expect(setting.defaultValue).toBeGreaterThanOrEqual(min);
    expect(setting.defaultValue).toBeLessThanOrEqual(max);
  }
  expect(settings.recordsPerBatch.defaultValue).toBe(recordsPerBatchDefault);
  expect(settings.concurrency.defaultValue).toBe(concurrencyDefault);
  expect(settings.deltasPerChunk.defaultValue).toBe(deltasPerChunkDefault);
  expect(settings.recordsPerBatch.range[1]).toBe(limits.recordsPerBatchMax);
});
