-- CreateTable
CREATE TABLE "handed_in" (
    "id" UUID NOT NULL,
    "key" TEXT NOT NULL,
    "person_id" UUID NOT NULL,
    "sha256" TEXT NOT NULL,
    "width" INTEGER NOT NULL,
    "height" INTEGER NOT NULL,
    "frames" INTEGER,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "handed_in_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "handed_in_use" (
    "handed_in_id" UUID NOT NULL,
    "generation_id" UUID NOT NULL,

    CONSTRAINT "handed_in_use_pkey" PRIMARY KEY ("handed_in_id","generation_id")
);

-- CreateTable
CREATE TABLE "channel_setting" (
    "platform" TEXT NOT NULL,
    "channel_id" TEXT NOT NULL,
    "brush" TEXT NOT NULL,
    "changed_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "channel_setting_pkey" PRIMARY KEY ("platform","channel_id")
);

-- CreateIndex
CREATE INDEX "handed_in_person_id_idx" ON "handed_in"("person_id");

-- CreateIndex
CREATE INDEX "handed_in_created_at_idx" ON "handed_in"("created_at");

-- CreateIndex
CREATE UNIQUE INDEX "handed_in_key_person_id_key" ON "handed_in"("key", "person_id");

-- CreateIndex
CREATE INDEX "handed_in_use_generation_id_idx" ON "handed_in_use"("generation_id");

-- AddForeignKey
ALTER TABLE "handed_in" ADD CONSTRAINT "handed_in_person_id_fkey" FOREIGN KEY ("person_id") REFERENCES "person"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "handed_in_use" ADD CONSTRAINT "handed_in_use_handed_in_id_fkey" FOREIGN KEY ("handed_in_id") REFERENCES "handed_in"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "handed_in_use" ADD CONSTRAINT "handed_in_use_generation_id_fkey" FOREIGN KEY ("generation_id") REFERENCES "generation"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
