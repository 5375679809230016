import '../src/workers/detection';
