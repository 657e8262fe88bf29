import { Option } from 'commander';

/** The collection that `submit` and `query` use when none is named. */
const defaultCollection = 'default';

/** For commands that look at every collection unless told otherwise. */
export function anyCollectionOption(): Option {
  return new Option('-c, --collection <name>', 'only this collection (default: all)');
}

export function collectionOption(): Option {
  return new Option('-c, --collection <name>', 'the collection').default(defaultCollection);
}
