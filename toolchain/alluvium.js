#!/usr/bin/env node
// Puts `alluvium` into a clone's node_modules/.bin: npm links the commands of workspaces, not those of the root itself.
await import('../bin/alluvium.js');
