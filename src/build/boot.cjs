"use strict";
// Node 22 and later keep compiled code on disk, which halves the time to the first prompt.
const { enableCompileCache } = require("node:module");
if (enableCompileCache) enableCompileCache();
void import("./main.js");
