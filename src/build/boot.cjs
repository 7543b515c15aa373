"use strict";
// Node 22 and later keep compiled code on disk, which halves the time to the first prompt.
const { enableCompileCache } = require("node:module");
if (enableCompileCache) enableCompileCache();
// V8 lets a small heap grow to several times what is in use before it looks for garbage; a chat is open for days.
require("node:v8").setFlagsFromString("--heap-growing-percent=40");
void import("./main.js");
