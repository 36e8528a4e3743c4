// For Node: intents in a folder, a file each.

import { mkdir, open, readFile, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";

import type { Storage } from "./ports.js";

/** Keeps each text in a file of its own, readable by its owner alone; a text is on the disk when `set` is done. */
export function fileStorage(folder: string): Storage {
  const path = (name: string): string => join(folder, encodeURIComponent(name));
  return {
    async get(name) {
      return readFile(path(name), "utf8").catch(absent(null));
    },
    async set(name, text) {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const draft = `${path(name)}.${process.pid}.draft`;
      const file = await open(draft, "w", 0o600);
      try {
        await file.writeFile(text);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(draft, path(name));
    },
    async remove(name) {
      await rm(path(name), { force: true });
    },
    async names() {
      const files = await readdir(folder).catch(absent<string[]>([]));
      return files.filter((file) => !file.endsWith(".draft")).map(decodeURIComponent);
    },
  };
}

function absent<Value>(value: Value): (error: NodeJS.ErrnoException) => Value {
  return (error) => {
    if (error.code === "ENOENT") return value;
    throw error;
  };
}
