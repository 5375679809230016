/** Web Locks of one origin, as far as the app uses them: exclusive, requested by name. */
export function fakeLocks() {
  const held = new Set<string>();
  return {
    held,
    async request<T>(
      name: string,
      options: { ifAvailable?: boolean } | ((lock: unknown) => Promise<T>),
      task?: (lock: unknown) => Promise<T>,
    ): Promise<T> {
      const run = typeof options === 'function' ? options : task!;
      if (held.has(name)) {
        if (typeof options === 'object' && options.ifAvailable) return run(null);
        throw new Error('Waiting for a lock is not faked.');
      }
      held.add(name);
      try {
        return await run({ name });
      } finally {
        held.delete(name);
      }
    },
    query: async () => ({ held: [...held].map((name) => ({ name })) }),
  };
}
