import type { Metric } from '../domain/facts.ts';

/** Scores a row against the query; higher is nearer, whatever the metric. */
export type Similarity = (vector: Float32Array) => number;

/**
 * `cosine` is the cosine of the angle (−1 to 1), `dot` the inner product, `l2` the negative Euclidean distance.
 */
export function similarityTo(query: Float32Array, metric: Metric): Similarity {
  if (metric === 'dot') return (vector) => dot(query, vector);
  if (metric === 'l2') return (vector) => -Math.sqrt(squaredDistance(query, vector));
  const length = norm(query);
  return (vector) => dot(query, vector) / (length * norm(vector));
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let at = 0; at < a.length; at++) sum += (a[at] ?? 0) * (b[at] ?? 0);
  return sum;
}

function norm(vector: Float32Array): number {
  return Math.sqrt(dot(vector, vector));
}

function squaredDistance(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let at = 0; at < a.length; at++) sum += ((a[at] ?? 0) - (b[at] ?? 0)) ** 2;
  return sum;
}
