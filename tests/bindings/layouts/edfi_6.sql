-- Demographics of data standard 6: a table of their own, with an economic disadvantage.
CREATE TABLE edfi.StudentDemographic (EducationOrganizationId BIGINT NOT NULL, StudentUSI INT NOT NULL, EconomicDisadvantageDescriptorId INT, HispanicLatinoEthnicity BOOLEAN, LimitedEnglishProficiencyDescriptorId INT, PRIMARY KEY (EducationOrganizationId, StudentUSI));
CREATE TABLE edfi.StudentDemographicRace (EducationOrganizationId BIGINT NOT NULL, StudentUSI INT NOT NULL, RaceDescriptorId INT NOT NULL, PRIMARY KEY (EducationOrganizationId, StudentUSI, RaceDescriptorId));
CREATE TABLE edfi.StudentDemographicStudentCharacteristic (EducationOrganizationId BIGINT NOT NULL, StudentUSI INT NOT NULL, StudentCharacteristicDescriptorId INT NOT NULL, PRIMARY KEY (EducationOrganizationId, StudentUSI, StudentCharacteristicDescriptorId));
INSERT INTO edfi.StudentDemographic VALUES (100, 1, NULL, NULL, NULL), (10, 1, 42, TRUE, 30), (100, 2, 42, FALSE, NULL), (100, 3, NULL, FALSE, NULL);
INSERT INTO edfi.StudentDemographic SELECT 10, g, CASE WHEN g <= 25 THEN 41 ELSE 42 END, FALSE, NULL FROM generate_series(11, 30) AS t(g);
INSERT INTO edfi.StudentDemographicRace VALUES (100, 1, 20), (10, 1, 20), (100, 2, 20), (100, 2, 21), (100, 3, 22);
INSERT INTO edfi.StudentDemographicRace SELECT 10, g, 20 FROM generate_series(11, 30) AS t(g);
