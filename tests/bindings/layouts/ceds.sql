-- Staging tables of the CEDS Data Warehouse with the columns that the binding reads: 21 students of one school.
CREATE SCHEMA Staging;
CREATE TABLE Staging.K12Organization (LeaIdentifierSea VARCHAR(50), LeaOrganizationName VARCHAR(256), SchoolIdentifierSea VARCHAR(50), SchoolOrganizationName VARCHAR(256), School_CharterSchoolIndicator BOOLEAN, SchoolYear SMALLINT);
CREATE TABLE Staging.K12Enrollment (StudentIdentifierState VARCHAR(40), SchoolIdentifierSea VARCHAR(50), HispanicLatinoEthnicity BOOLEAN, EnrollmentEntryDate DATE, EnrollmentExitDate DATE, GradeLevel VARCHAR(100), NumberOfSchoolDays DECIMAL(9, 2), NumberOfDaysAbsent DECIMAL(9, 2), SchoolYear SMALLINT);
CREATE TABLE Staging.K12PersonRace (StudentIdentifierState VARCHAR(40), SchoolIdentifierSea VARCHAR(50), RaceType VARCHAR(100), SchoolYear SMALLINT);
CREATE TABLE Staging.PersonStatus (StudentIdentifierState VARCHAR(40), SchoolIdentifierSea VARCHAR(50), EnrollmentEntryDate DATE, HomelessnessStatus BOOLEAN, EconomicDisadvantageStatus BOOLEAN, ProgramType_FosterCare BOOLEAN, EnglishLearnerStatus BOOLEAN);
CREATE TABLE Staging.IdeaDisabilityType (StudentIdentifierState VARCHAR(40), IdeaDisabilityTypeCode VARCHAR(100), SchoolYear SMALLINT);
CREATE TABLE Staging.K12StudentDailyAttendance (StudentIdentifierState VARCHAR(40), SchoolIdentifierSea VARCHAR(50), AttendanceEventDate TIMESTAMP, SchoolYear SMALLINT, AttendanceEventDurationDay DECIMAL(9, 2), AttendanceStatus VARCHAR(50));
CREATE TABLE Staging.Discipline (SchoolYear SMALLINT, StudentIdentifierState VARCHAR(40), SchoolIdentifierSea VARCHAR(50), DisciplineActionIdentifier VARCHAR(100), DisciplinaryActionTaken VARCHAR(100), DisciplinaryActionStartDate DATE, IncidentBehavior VARCHAR(100), DurationOfDisciplinaryAction VARCHAR(100));
INSERT INTO Staging.K12Organization VALUES ('10', 'Valley Unified', '100', 'Valley High', FALSE, 2025);
INSERT INTO Staging.K12Enrollment SELECT 'S' || CAST(g AS VARCHAR(5)), '100', g = 1, DATE '2024-08-15', NULL, CASE WHEN g = 21 THEN 'KG' ELSE '09' END, CASE WHEN g <> 20 THEN 100 END, CASE WHEN g = 1 THEN 12.5 WHEN g <> 20 THEN 2 END, 2025 FROM generate_series(1, 21) AS t(g);
-- two races of one student, and two disabilities, must not double the student's days
INSERT INTO Staging.K12PersonRace VALUES ('S1', '100', 'White', 2025), ('S2', '100', 'White', 2025), ('S2', '100', 'Asian', 2025);
INSERT INTO Staging.K12PersonRace SELECT 'S' || CAST(g AS VARCHAR(5)), '100', 'White', 2025 FROM generate_series(3, 21) AS t(g);
INSERT INTO Staging.PersonStatus VALUES ('S1', '100', '2024-08-15', FALSE, TRUE, FALSE, TRUE);
INSERT INTO Staging.IdeaDisabilityType VALUES ('S1', 'Autism', 2025), ('S1', 'Speechorlanguageimpairment', 2025);
INSERT INTO Staging.K12StudentDailyAttendance VALUES ('S1', '100', '2024-09-03 00:00:00', 2025, 0.5, 'UnexcusedAbsence'), ('S1', '100', '2024-09-04 00:00:00', 2025, NULL, 'ExcusedAbsence'), ('S1', '100', '2024-09-05 00:00:00', 2025, NULL, 'Present');
INSERT INTO Staging.Discipline VALUES (2025, 'S1', '100', 'A1', '100', '2024-09-05', 'Fight', '2'), (2025, 'S1', '100', 'A1', '100', '2024-09-05', 'Bullying', '2');
