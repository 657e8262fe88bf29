import { Option } from 'commander';

/** The collection that `submit` and `query` use when none is named. */
const defaultCollection = 'default';

export function collectionOption(): Option {
  return new Option('-c, --collection <name>', 'the collection').default(defaultCollection);
}
