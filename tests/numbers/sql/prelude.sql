-- Written from the rules, not from the engine: schools with district and network, and which groups a student is in.
CREATE VIEW school AS
SELECT s.org_id AS school_id, s.school_year, s.charter, d.org_id AS district_id, d.parent_id AS network_id
FROM org AS s JOIN org AS d ON d.org_id = s.parent_id AND d.school_year = s.school_year
WHERE s.org_level = 'school';

-- Dashboard: a blank race counts with two or more races; long-term English learners from 2023-24.
CREATE MACRO dash14(year, race, el, ltel, sed, swd, fos, hom) AS [
  'ALL', coalesce(race, 'MR'),
  CASE WHEN el THEN 'EL' END, CASE WHEN ltel AND year >= '2023-24' THEN 'LTEL' END, CASE WHEN sed THEN 'SED' END,
  CASE WHEN swd THEN 'SWD' END, CASE WHEN fos THEN 'FOS' END, CASE WHEN hom THEN 'HOM' END];

-- Academic indicators: a blank race counts in ALL only; reclassified students of the last four years are in EL.
CREATE MACRO dash14_academic(year, race, el_or_rfp, elo, rfp, ltel, sed, swd, fos, hom) AS [
  'ALL', race,
  CASE WHEN el_or_rfp THEN 'EL' END, CASE WHEN elo THEN 'ELO' END, CASE WHEN rfp THEN 'RFP' END,
  CASE WHEN ltel AND year >= '2023-24' THEN 'LTEL' END, CASE WHEN sed THEN 'SED' END,
  CASE WHEN swd THEN 'SWD' END, CASE WHEN fos THEN 'FOS' END, CASE WHEN hom THEN 'HOM' END];

-- Graduation and college/career: a blank race counts in ALL only.
CREATE MACRO dash14_cohort(year, race, el, ltel, sed, swd, fos, hom) AS [
  'ALL', race,
  CASE WHEN el THEN 'EL' END, CASE WHEN ltel AND year >= '2023-24' THEN 'LTEL' END, CASE WHEN sed THEN 'SED' END,
  CASE WHEN swd THEN 'SWD' END, CASE WHEN fos THEN 'FOS' END, CASE WHEN hom THEN 'HOM' END];

-- DataQuest: its own codes, and a category for race not reported.
CREATE MACRO dataquest(race, el, sed, swd, fos, hom) AS [
  'TA',
  coalesce(MAP {'AA': 'RB', 'AI': 'RI', 'AS': 'RA', 'FI': 'RF', 'HI': 'RH', 'PI': 'RP', 'WH': 'RW', 'MR': 'RT'}[race], 'RD'),
  CASE WHEN el THEN 'SE' END, CASE WHEN swd THEN 'SD' END, CASE WHEN sed THEN 'SS' END,
  CASE WHEN fos THEN 'SF' END, CASE WHEN hom THEN 'SH' END];

-- School Quality Improvement Index: Hispanic is LX, two or more races TWO.
CREATE MACRO sqii(race, el, rfp, sed, swd, fos, hom) AS [
  'ALL', CASE race WHEN 'HI' THEN 'LX' WHEN 'MR' THEN 'TWO' ELSE race END,
  CASE WHEN el THEN 'EL' END, CASE WHEN rfp THEN 'RFEP' END, CASE WHEN sed THEN 'SED' END,
  CASE WHEN swd THEN 'SWD' END, CASE WHEN fos THEN 'FST' END, CASE WHEN hom THEN 'HMLS' END];
