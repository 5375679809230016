import { expose } from 'comlink';
import { DetectionJobs } from '../watermark/jobs';

expose(new DetectionJobs());
