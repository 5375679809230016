import '../src/workers/conversion';
