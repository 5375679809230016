import { expose } from 'comlink';
import { DetectionJobs } from '../src/watermark/jobs';

expose(new DetectionJobs());
