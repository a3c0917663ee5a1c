DROP TABLE clock_jobs;
