import { expose, transfer } from 'comlink';
import { openEnrolment } from '../engine/backends/ort';
import { threadCount } from '../engine/backends/runtime';
import { EnrolmentJobs } from '../enrol/jobs';
import type { EnrolmentApi } from '../enrol/types';
import { enrolmentLibrary } from '../store/library';
import { followPageLanguage } from '../text/worker-language';

const jobs = new EnrolmentJobs(enrolmentLibrary, (files) => openEnrolment(files, threadCount()));

const api: EnrolmentApi = {
  load: (baseUrl) => jobs.load(baseUrl),
  analyseSentence: (...job) => jobs.analyseSentence(...job),
  train: (...job) => jobs.train(...job),
  blend: (input) => jobs.blend(input),
  cancel: (jobId) => jobs.cancel(jobId),
  ping: () => jobs.ping(),
  async clean(...job) {
    const cleaned = await jobs.clean(...job);
    return transfer(cleaned, [cleaned.samples.buffer]);
  },
};

followPageLanguage();
expose(api);
