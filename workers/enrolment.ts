import '../src/workers/enrolment';
