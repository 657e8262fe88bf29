import type { Outcome } from '../../domain/facts.ts';

export const outcomeStyles: Readonly<Record<Outcome, 'green' | 'yellow' | 'red'>> = {
  Complete: 'green',
  CompleteWithQuarantine: 'yellow',
  Inconclusive: 'yellow',
  Failed: 'red',
};
