import '../src/workers/live';
