/**
 * What sealing says in the log: fixed texts, documented in docs/sealing.md, on which operators build alarms. A change of one is a breaking
 * change.
 */
export const sealMessages = {
  sealed: 'delta sealed',
  segmentSealed: 'segment sealed',
  verified: 'delta verified after upload',
  retrying: 'verification failed, retrying',
  discarded: 'failed upload deleted',
  gaveUp: 'sealing failed, batch stays pending',
  accused: 'delta accused',
  rebuilding: 'rebuilding from escrow',
} as const;
